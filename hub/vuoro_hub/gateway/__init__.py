"""MQTT in and out: what comes from the units becomes acts, what has changed is published."""
