/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One axm message, as a module sends it over its channel or prints it as a line: a JSON object with
 * a truthy string "type" and a truthy "data". Nothing in it can be trusted. */

#include "basic/macro.h"

typedef struct Error Error;
typedef struct json_object json_object;

/* A configuration with all its settings stays below 20 KiB; what is larger is a payload, not a
 * message. */
#define AXM_MESSAGE_MAX (256U * 1024U)

/* Objects and arrays, and values, in one message; parsed they take at most 3 MiB. */
#define AXM_CONTAINERS_MAX 2048
#define AXM_VALUES_MAX     16384

/* Longest name of a type that is kept; the longest known one has 24 bytes. */
#define AXM_TYPE_NAME_MAX 128

typedef enum AxmType {
        AXM_OTHER, /* a type that is not known here */
        AXM_CONFIGURATION,
        AXM_ACTION,
        AXM_MONITOR,
        AXM_REPLY,
        AXM_SCOPED_STREAM,
        AXM_SCOPED_ERROR,
        AXM_SCOPED_END,
        AXM_EXCEPTION,
        AXM_EVENT,
        AXM_TRANSACTION,
        AXM_DEPENDENCIES,
        AXM_PROFILING,
        AXM_TRACE_SPAN,
        AXM_LOG_OUT,
        AXM_LOG_ERR,
        _AXM_TYPE_MAX,
        _AXM_TYPE_INVALID = -EINVAL,
} AxmType;

typedef struct AxmMessage {
        AxmType type;
        const char *name;      /* the type as it was sent; belongs to the document */
        json_object *data;     /* belongs to the document */
        json_object *document; /* owned */
} AxmMessage;

/* "axm:action" and so on; NULL for AXM_OTHER. */
const char *axm_type_to_string(AxmType type);

/* AXM_OTHER for what is not in the table. */
AxmType axm_type_from_string(const char *name);

/* The MESSAGE_ID= of a journal entry that carries a message of the type, and its PRIORITY=. */
const char *axm_type_message_id(AxmType type);
int axm_type_priority(AxmType type);

/* 1 and the message; 0 if the text is not a message (for plain text a glance is enough); negative,
 * with the reason, if it looks like one but cannot be taken: -EFBIG above AXM_MESSAGE_MAX, -EBADMSG
 * if it is not UTF-8, too deep or not JSON. The text need not be terminated. The caller ends `ret`
 * with axm_message_done(). */
int axm_message_parse(const char *text, size_t size, Error *e, AxmMessage *ret);

/* A message from a type and the JSON text of its data, as a structured journal entry carries them
 * (AXM_TYPE=, AXM_DATA=). The same results. */
int axm_message_from_fields(const char *name, const char *data, size_t size, Error *e,
                            AxmMessage *ret);

/* Parses untrusted JSON text of at most `max` bytes, which need not be terminated; how much memory
 * it takes is known before it is parsed. -EFBIG, else what json_parse() returns. */
int axm_json_parse(const char *text, size_t size, size_t max, Error *e, json_object **ret);

void axm_message_done(AxmMessage *m);
