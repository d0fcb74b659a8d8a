"""`ottla console-producer`: read lines from standard input and publish them (kafka-console-producer.sh)."""

import asyncio
import sys

from ottla.cli.console.line_reader import Line, LineReader
from ottla.cli.console.producer_options import ProducerOptions, is_idempotent, producer_settings
from ottla.cli.console.standard_input import lines
from ottla.cli.options import OptionFailure
from ottla.cli.tools.client_properties import ClientProperties
from ottla.cli.tools.ending import Ended, Failure, stack_trace
from ottla.cli.tools.log_line import log
from ottla.cli.tools.session import addresses_of, say_aloud
from ottla.dial.cluster import Cluster
from ottla.dial.producer import ProducerClient
from ottla.link.producer.producer import Delivered
from ottla.link.producer.settings import ProducerSettings
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.runtime.loop.clock import Clock

_CALLBACK = "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback"
_KAFKA_EXCEPTION = "org.apache.kafka.common.KafkaException"


def run(arguments: list[str]) -> int:
    try:
        _produce(ProducerOptions(arguments))
    except Ended as ended:
        return ended.code
    except OptionFailure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except (Failure, ConfigException) as failure:
        sys.stderr.write(stack_trace(failure))
        return 1
    return 0


def _produce(options: ProducerOptions) -> None:
    if not options.reads_lines:
        raise Failure(options.reader_class, "java.lang.ClassNotFoundException")
    reader = LineReader(options.reader_properties())
    properties = options.properties()
    idempotent = is_idempotent(properties)
    try:
        settings = producer_settings(properties, idempotent=idempotent)
        addresses = addresses_of(options.bootstrap)
    except ConfigException as error:
        raise Failure("Failed to construct kafka producer", _KAFKA_EXCEPTION) from error
    asyncio.run(_Session(options, properties, settings, reader).run(addresses))


class _Session:
    """One producer and the lines that go through it."""

    def __init__(
        self,
        options: ProducerOptions,
        properties: ClientProperties,
        settings: ProducerSettings,
        reader: LineReader,
    ) -> None:
        self._options, self._reader, self._settings = options, reader, settings
        self._client_settings = properties.settings("console-producer")
        self._prompt = sys.stdin.isatty() and sys.stdout.isatty()

    async def run(self, addresses: list[tuple[str, int]]) -> None:
        clock = Clock()
        settings = self._client_settings
        cluster = Cluster(addresses, settings, say_aloud("Producer", settings.client_id))
        producer = ProducerClient(cluster, self._settings, SystemEntropy(), lambda: clock.now().wall_ms)
        try:
            async for line in lines(self._ask):
                await self._send(producer, self._reader.read(line))
        except Failure as failure:
            # The reader's fault is told before what was read till then is flushed.
            sys.stderr.write(stack_trace(failure))
            raise Ended(1) from failure
        finally:
            await producer.close()
            await cluster.close()

    def _ask(self) -> None:
        if self._prompt:
            sys.stdout.write(">")
            sys.stdout.flush()

    async def _send(self, producer: ProducerClient, line: Line) -> None:
        try:
            future = await producer.send(self._options.topic, line.key, line.value, line.headers)
            if self._options.sync:
                await future
                return
        except ApiError as error:
            if self._options.sync:
                trace = stack_trace(error)
                raise Failure(trace.rstrip("\n"), "java.util.concurrent.ExecutionException") from error
            _complain(self._options.topic, line, error)
            return
        future.add_done_callback(lambda done: self._tell(done, line))

    def _tell(self, done: "asyncio.Future[Delivered]", line: Line) -> None:
        error = None if done.cancelled() else done.exception()
        if isinstance(error, ApiError):
            _complain(self._options.topic, line, error)


def _complain(topic: str, line: Line, error: ApiError) -> None:
    key, value = _size(line.key), _size(line.value)
    message = f"Error when sending message to topic {topic} with key: {key}, value: {value} with error:"
    log("ERROR", message, _CALLBACK, error)


def _size(data: bytes | None) -> str:
    return "null" if data is None else f"{len(data)} bytes"
