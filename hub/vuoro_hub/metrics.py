"""What Prometheus is told."""

from prometheus_client import Counter

MESSAGES_DROPPED = Counter("vuoro_messages_dropped", "MQTT messages that could not be used and were dropped")
