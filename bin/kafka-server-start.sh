#!/bin/sh
# kafka-server-start.sh: Apache Kafka's tool of this name, by Ottla.
# With -daemon the node goes on when the terminal is closed; its output is in $LOG_DIR/kafkaServer.out.
bin=$(dirname "$0")
python=$bin/../.venv/bin/python
[ -x "$python" ] || python=python3
PYTHONPATH=$bin/../src${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
if [ "$1" = "-daemon" ]; then
  shift
  logs=${LOG_DIR:-$bin/../logs}
  mkdir -p "$logs" || exit 1
  nohup "$python" -m ottla server-start "$@" > "$logs/kafkaServer.out" 2>&1 < /dev/null &
else
  exec "$python" -m ottla server-start "$@"
fi
