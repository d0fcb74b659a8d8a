#!/bin/sh
# Puts Apache Kafka's jars into build/kafka/lib, unless they are there. Needs Maven; run from anywhere.
set -eu
cd "$(dirname "$0")/../.."
lib="$PWD/build/kafka/lib"
if [ -z "$(find "$lib" -name 'kafka-clients-*.jar' 2>/dev/null)" ]; then
  mvn -q dependency:copy-dependencies -f tools/kafka/pom.xml -DoutputDirectory="$lib"
fi
