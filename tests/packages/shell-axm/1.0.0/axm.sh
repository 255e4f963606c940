#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# No node anywhere: messages are lines of JSON on stdout, between lines meant for people.
# With the setting "pretend" it claims to be another module.

echo "shell-axm starts, flavour $flavour"
echo "{\"type\":\"axm:option:configuration\",\"data\":{\"module_name\":\"${pretend:-shell-axm}\",\"name\":\"${pretend:-shell-axm}\",\"flavour\":\"$flavour\",\"pid\":$$}}"
echo '{"type":"axm:action","data":{"action_name":"stir","opts":null,"arity":0}}'
echo '{"not":"a message"}'
echo '{"type":"axm:action","data":{"action_name":"pour","opts":null,"arity":1}}'
beats=0
while :; do
        beats=$((beats + 1))
        echo "{\"type\":\"axm:monitor\",\"data\":{\"beats\":{\"value\":$beats,\"unit\":\"beats\"}}}"
        sleep 1
done
