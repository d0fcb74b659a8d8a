"""`ottla console-consumer`: read topics and print their records (kafka-console-consumer.sh)."""

import asyncio
import os
import re
import signal
import sys

from ottla.cli.console.consumer_options import ConsumerOptions, consumer_properties, consumer_settings
from ottla.cli.options import OptionFailure
from ottla.cli.tools.client_properties import ClientProperties
from ottla.cli.tools.ending import Ended, Failure, stack_trace
from ottla.cli.tools.java_regex import java_pattern
from ottla.cli.tools.log_line import log
from ottla.cli.tools.session import addresses_of, say_aloud
from ottla.dial.cluster import Cluster
from ottla.dial.consumer import ConsumerClient
from ottla.link.consumer.fetched import ConsumedRecord
from ottla.link.consumer.fetcher import NoOffsetForPartition, OffsetOutOfRange
from ottla.link.consumer.settings import ConsumerSettings
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.model.ids import TopicPartition
from ottla.records.invalid_record import CorruptBatch, InvalidRecord
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.runtime.loop.clock import Clock

_TIMEOUT = "org.apache.kafka.common.errors.TimeoutException"
_LOGGER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
_TERMINATING = (
    ApiError,
    CorruptBatch,
    Failure,
    InvalidRecord,
    NoOffsetForPartition,
    OffsetOutOfRange,
    TimeoutError,
)
"""What ends the reading, is told, and still is no failure of the tool."""
_TERMINATED = 128 + signal.SIGTERM
_NEW_PROTOCOL = (
    "The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it "
    "out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol\n"
)


def run(arguments: list[str]) -> int:
    try:
        options = ConsumerOptions(arguments, SystemEntropy())
    except Ended as ended:
        return ended.code
    except Failure as failure:
        sys.stderr.write(f'Exception in thread "main" {stack_trace(failure)}')
        return 1
    try:
        return _consume(options)
    except (Failure, ConfigException, OptionFailure) as error:
        log("ERROR", "Unknown error when running consumer: ", _LOGGER, error)
        return 1


def _consume(options: ConsumerOptions) -> int:
    properties = consumer_properties(options.properties)
    try:
        settings = consumer_settings(properties, Clock().now().wall_ms)
        addresses = addresses_of(options.bootstrap)
    except (ConfigException, Failure) as error:
        raise Failure(
            "Failed to construct kafka consumer", "org.apache.kafka.common.KafkaException"
        ) from error
    if options.partition is None:
        sys.stderr.write(_NEW_PROTOCOL)
    pattern = None if options.include is None else java_pattern(options.include)
    session = _Session(options, properties, settings, pattern)
    try:
        return asyncio.run(session.run(addresses))
    finally:
        session.report()


class _Session:
    """One consumer and what it prints."""

    def __init__(
        self,
        options: ConsumerOptions,
        properties: ClientProperties,
        settings: ConsumerSettings,
        pattern: "re.Pattern[str] | None",
    ) -> None:
        self._options, self._settings, self._pattern = options, settings, pattern
        self._client_settings = properties.settings("console-consumer")
        self._count = 0
        sys.stdout.flush()
        self._out = sys.stdout.buffer

    async def run(self, addresses: list[tuple[str, int]]) -> int:
        task = asyncio.current_task()
        assert task is not None, "run by asyncio"
        terminated: list[int] = []

        def terminate() -> None:
            terminated.append(_TERMINATED)
            task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        who = f"{self._client_settings.client_id}, groupId={self._settings.group_id}"
        cluster = Cluster(addresses, self._client_settings, say_aloud("Consumer", who))
        consumer = ConsumerClient(cluster, self._settings)
        try:
            self._begin(consumer)
            await self._print_all(consumer)
        except asyncio.CancelledError:
            if not terminated:
                raise
        finally:
            consumer.drop_unread()
            await consumer.close()
            await cluster.close()
        return terminated[0] if terminated else 0

    def report(self) -> None:
        """The last words."""
        sys.stdout.flush()
        sys.stderr.write(f"Processed a total of {self._count} messages\n")
        if self._options.tells_events:
            sys.stdout.write("shutdown_complete\n")

    def _begin(self, consumer: ConsumerClient) -> None:
        options = self._options
        if options.topic is None:
            consumer.subscribe(pattern=self._pattern)
        elif options.partition is None:
            consumer.subscribe([options.topic])
        else:
            partition = TopicPartition(options.topic, options.partition)
            consumer.assign([partition])
            if options.offset < 0:
                consumer.seek_to_time(partition, options.offset)
            else:
                consumer.seek(partition, options.offset)

    async def _print_all(self, consumer: ConsumerClient) -> None:
        most = self._options.max_messages
        while most == -1 or self._count < most:
            try:
                record = consumer.take() or await self._next(consumer)
            except _TERMINATING as error:
                shown = Failure(None, _TIMEOUT) if isinstance(error, TimeoutError) else error
                log("ERROR", "Error processing message, terminating consumer process: ", _LOGGER, shown)
                return
            self._count += 1
            if not self._print(record):
                return

    async def _next(self, consumer: ConsumerClient) -> ConsumedRecord:
        self._flush()
        timeout_ms = self._options.timeout_ms
        async with asyncio.timeout(None if timeout_ms is None else timeout_ms / 1000):
            return await consumer.next()

    def _print(self, record: ConsumedRecord) -> bool:
        """Whether there is somebody to print for."""
        try:
            self._out.write(self._options.formatter(record))
        except Failure as error:
            if not self._options.skips_errors:
                raise
            log("ERROR", "Error processing message, skipping this message: ", _LOGGER, error)
        except BrokenPipeError:
            return self._unheard()
        return True

    def _flush(self) -> None:
        try:
            self._out.flush()
        except BrokenPipeError:
            self._unheard()
            raise Ended(0) from None

    def _unheard(self) -> bool:
        sys.stderr.write("Unable to write to standard out, closing consumer.\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
