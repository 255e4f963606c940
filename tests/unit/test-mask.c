/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/mask.h"
#include "basic/json.h"
#include "model/secret.h"
#include "tap.h"

static json_object *document(const char *text) {
        json_object *o = NULL;

        if (json_parse(text, strlen(text), /* e= */ NULL, &o) < 0)
                abort();
        return o;
}

static int add_named(Mask *m, json_object *settings) {
        int r = 0;

        if (!json_object_is_type(settings, json_type_object))
                return 0;
        json_object_object_foreach(settings, name, value) {
                r = name_is_secret(name) ? mask_add(m, value) : add_named(m, value);
                if (r < 0)
                        break;
        }
        return r;
}

/* What becomes of a message, given the settings. */
static void check(const char *settings, const char *message, const char *want) {
        _cleanup_(json_object_putp) json_object *s = document(settings), *o = document(message),
                                                *masked = NULL;
        _cleanup_(mask_freep) Mask *m = NULL;

        ok(mask_new(&m) == 0 && add_named(m, s) == 0);
        ok(mask_json(m, o, &masked) == 0);
        ok_str(masked ? json_text(masked) : "null", want);
}

static void test_names(void) {
        check("{}", "{\"password\":\"x\",\"user\":\"x\",\"n\":1}",
              "{\"password\":\"********\",\"user\":\"x\",\"n\":1}");
        check("{}", "{\"db\":{\"api_key\":123,\"secret\":{\"a\":\"x\",\"b\":[1,\"\",true,null]}}}",
              "{\"db\":{\"api_key\":\"********\",\"secret\":{\"a\":\"********\","
              "\"b\":[\"********\",\"\",true,null]}}}");
        check("{}", "{\"password\":\"\"}", "{\"password\":\"\"}");
        check("{}", "null", "null");
}

static void test_values(void) {
        const char *settings = "{\"token\":\"hunter22\",\"db\":{\"password\":\"s3cr3t\\\"/x\"},"
                               "\"plain\":\"visible\"}";

        check(settings, "[\"hunter22\",\"a hunter22 b hunter22hunter22\",\"visible\"]",
              "[\"********\",\"a ******** b ********\",\"visible\"]");
        check(settings, "{\"url\":\"redis://u:s3cr3t\\\"/x@h\",\"e\":\"/?p=s3cr3t%22%2Fx\"}",
              "{\"url\":\"redis://u:********@h\",\"e\":\"/?p=********\"}");
        /* JSON text inside a string */
        check(settings, "[\"{\\\"p\\\":\\\"s3cr3t\\\\\\\"/x\\\"}\"]",
              "[\"{\\\"p\\\":\\\"********\\\"}\"]");
        check(settings, "{\"hunter22\":1,\"x-hunter22\":{\"a\":2}}",
              "{\"********\":1,\"x-********\":{\"a\":2}}");
        check(settings, "\"a\\u0000hunter22\"", "\"a\\u0000********\"");
        check("{\"token\":\"  abcdef\\n\"}", "[\"abcdef\",\"  abcdef\\n\"]",
              "[\"********\",\"********\"]");
        check("{\"secrets\":[\"first1\",{\"x\":\"second2\"}]}", "\"first1 second2\"",
              "\"******** ********\"");
}

static void test_overlap(void) {
        check("{\"secret\":\"abcd\",\"token\":\"cdefg\",\"password\":\"abcdxyz\"}",
              "[\"1abcdefg2\",\"abcdxyz\",\"abcdabcd\",\"abcdxy\"]",
              "[\"1********2\",\"********\",\"********\",\"********xy\"]");
}

static void test_short(void) {
        check("{\"token\":\"on\"}", "[\"on\",\"second\",{\"on\":1,\"one\":2}]",
              "[\"********\",\"second\",{\"********\":1,\"one\":2}]");
}

/* What autocast makes of a text. */
static void test_numbers(void) {
        check("{\"token\":\"0042\"}", "[42,\"42\",\"0042\",420,\"id 0042\",42.0]",
              "[\"********\",\"********\",\"********\",420,\"id ********\",\"********\"]");
        check("{\"pin\":5,\"token\":123456}", "[123456,\"x123456\",5,1234567]",
              "[\"********\",\"x********\",5,1234567]");
        check("{\"token\":\"1e5\"}", "[100000,\"100000 1e5\"]", "[\"********\",\"******** 1e5\"]");
        check("{\"token\":\"true\"}", "[true,\"true\"]", "[true,\"********\"]");
}

static void test_text(void) {
        _cleanup_(mask_freep) Mask *m = NULL;
        _cleanup_(freep) char *a = NULL, *b = NULL;

        ok(mask_new(&m) == 0 && mask_add_text(m, "canary") == 0 && mask_add_text(m, "") == 0);
        ok(mask_string(m, "the canary sang", &a) == 0);
        ok_str(a, "the ******** sang");
        ok(mask_string(m, "", &b) == 0);
        ok_str(b, "");
}

int main(void) {
        test_names();
        test_values();
        test_overlap();
        test_short();
        test_numbers();
        test_text();
        return tap_done();
}
