#!/bin/sh
# kafka-delete-records.sh: Apache Kafka's tool of this name, by Ottla.
bin=$(dirname "$0")
python=$bin/../.venv/bin/python
[ -x "$python" ] || python=python3
PYTHONPATH=$bin/../src${PYTHONPATH:+:$PYTHONPATH} exec "$python" -m ottla delete-records "$@"
