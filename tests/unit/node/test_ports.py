"""Whether ports are free is known before anything is begun."""

import socket

import pytest

from ottla.node.ports import PortTaken, check_ports, free_port, is_free
from ottla.node.quick_start import choose_ports
from ottla.server.listener import Listener


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        listener = Listener("PLAINTEXT", "broker", "127.0.0.1", port)
        expected = (
            f"Socket server failed to bind to 127.0.0.1:{port}: Address already in use. "
            r"Stop what uses the port, or change listeners \(--port\)\."
        )
        with pytest.raises(PortTaken, match=expected):
            check_ports((listener,))


def test_a_host_that_is_not_there_is_named() -> None:
    listener = Listener("PLAINTEXT", "broker", "nowhere.invalid", 9092)
    with pytest.raises(
        PortTaken, match=r"bind to nowhere\.invalid:9092: the host nowhere\.invalid is not known"
    ):
        check_ports((listener,))


def test_an_address_of_another_machine_is_refused() -> None:
    listener = Listener("PLAINTEXT", "broker", "192.0.2.1", 9092)
    with pytest.raises(PortTaken, match=r"192\.0\.2\.1:9092: Cannot assign requested address"):
        check_ports((listener,))


def test_a_free_port_can_be_taken() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass


def test_the_controllers_port_is_the_first_free_one_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1] - 1
        chosen = choose_ports(port)
        assert chosen.broker == port
        assert chosen.controller > port + 1
