#!/bin/sh
# kafka-broker-api-versions.sh: Apache Kafka's tool of this name, by Ottla.
bin=$(dirname "$0")
python=$bin/../.venv/bin/python
[ -x "$python" ] || python=python3
PYTHONPATH=$bin/../src${PYTHONPATH:+:$PYTHONPATH} exec "$python" -m ottla broker-api-versions "$@"
