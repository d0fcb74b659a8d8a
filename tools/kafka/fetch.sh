#!/bin/sh
# Puts Apache Kafka's jars into build/kafka/lib, unless they are there. Needs Maven; run from anywhere.
set -eu
cd "$(dirname "$0")/../.."
lib="$PWD/build/kafka/lib"
if [ ! -d "$lib" ]; then
  # Into another folder first: a download that breaks off leaves no half of a library behind.
  mvn -q dependency:copy-dependencies -f tools/kafka/pom.xml -DoutputDirectory="$lib.part"
  mv "$lib.part" "$lib"
fi
