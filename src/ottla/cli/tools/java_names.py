"""The Java class that Kafka's clients throw for each error."""

from ottla.dial.attempt import CallTimedOut
from ottla.link.consumer.fetcher import NoOffsetForPartition, OffsetOutOfRange
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError, ErrorCode
from ottla.wire.primitives import UnsupportedVersion

_PACKAGE = "org.apache.kafka.common.errors"
_IRREGULAR = {
    ErrorCode.UNKNOWN_SERVER_ERROR: "UnknownServerException",
    ErrorCode.CORRUPT_MESSAGE: "CorruptRecordException",
    ErrorCode.REQUEST_TIMED_OUT: "TimeoutException",
    ErrorCode.MESSAGE_TOO_LARGE: "RecordTooLargeException",
    ErrorCode.STALE_CONTROLLER_EPOCH: "ControllerMovedException",
    ErrorCode.OFFSET_METADATA_TOO_LARGE: "OffsetMetadataTooLarge",
    ErrorCode.RECORD_LIST_TOO_LARGE: "RecordBatchTooLargeException",
    ErrorCode.TOPIC_AUTHORIZATION_FAILED: "TopicAuthorizationException",
    ErrorCode.GROUP_AUTHORIZATION_FAILED: "GroupAuthorizationException",
    ErrorCode.CLUSTER_AUTHORIZATION_FAILED: "ClusterAuthorizationException",
    ErrorCode.TOPIC_ALREADY_EXISTS: "TopicExistsException",
    ErrorCode.INVALID_CONFIG: "InvalidConfigurationException",
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER: "OutOfOrderSequenceException",
    ErrorCode.DUPLICATE_SEQUENCE_NUMBER: "DuplicateSequenceException",
    ErrorCode.INVALID_PRODUCER_ID_MAPPING: "InvalidPidMappingException",
    ErrorCode.INVALID_TRANSACTION_TIMEOUT: "InvalidTxnTimeoutException",
    ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "TransactionalIdAuthorizationException",
    ErrorCode.KAFKA_STORAGE_ERROR: "KafkaStorageException",
    ErrorCode.SASL_AUTHENTICATION_FAILED: "SaslAuthenticationException",
    ErrorCode.DELEGATION_TOKEN_AUTH_DISABLED: "DelegationTokenDisabledException",
    ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: "UnsupportedByAuthenticationException",
    ErrorCode.DELEGATION_TOKEN_AUTHORIZATION_FAILED: "DelegationTokenAuthorizationException",
    ErrorCode.NON_EMPTY_GROUP: "GroupNotEmptyException",
    ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE: "PrincipalDeserializationException",
    ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR: "FetchSessionTopicIdException",
    ErrorCode.INVALID_REGULAR_EXPRESSION: "InvalidRegularExpression",
}


def exception_class(error: BaseException) -> str:
    """The full name of the class that stands for `error` in Kafka's own tools."""
    if isinstance(error, ApiError):
        return f"{_PACKAGE}.{_simple_name(error.code)}"
    if isinstance(error, CallTimedOut):
        return f"{_PACKAGE}.TimeoutException"
    if isinstance(error, UnsupportedVersion):
        return f"{_PACKAGE}.UnsupportedVersionException"
    if isinstance(error, NoOffsetForPartition | OffsetOutOfRange):
        return f"org.apache.kafka.clients.consumer.{type(error).__name__}Exception"
    if isinstance(error, ConfigException):
        return "org.apache.kafka.common.config.ConfigException"
    return "org.apache.kafka.common.KafkaException"


def _simple_name(code: ErrorCode) -> str:
    regular = "".join(word.capitalize() for word in code.name.removesuffix("_EXCEPTION").split("_"))
    return _IRREGULAR.get(code) or f"{regular}Exception"
