/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/number.h"

#include <ctype.h>
#include <math.h>

#include "basic/string-util.h"

/* Beyond these JavaScript writes an exponent. */
#define PLAIN_MIN 1e-6
#define PLAIN_MAX 1e21

bool number_equal(double a, double b) {
        return a <= b && a >= b;
}

/* "1e-07" is "1e-7" in JavaScript. */
static void shorten_exponent(char *text) {
        char *e = strchr(text, 'e'), *digits;

        if (!e)
                return;
        digits = e + 2;
        while (*digits == '0' && digits[1])
                digits++;
        (void) memmove(e + 2, digits, strlen(digits) + 1);
}

void number_text(double d, char text[NUMBER_TEXT_MAX]) {
        double size = fabs(d);
        int precision = 1;

        if (isnan(d)) {
                (void) strcpy(text, "NaN");
                return;
        }
        if (isinf(d)) {
                (void) strcpy(text, d < 0 ? "-Infinity" : "Infinity");
                return;
        }
        if (number_equal(d, 0)) {
                (void) strcpy(text, "0");
                return;
        }

        /* 17 digits tell any two numbers apart. */
        do
                (void) snprintf(text, NUMBER_TEXT_MAX, "%.*e", precision - 1, d);
        while (!number_equal(strtod(text, NULL), d) && ++precision <= 17);

        if (size >= PLAIN_MIN && size < PLAIN_MAX) {
                int exponent = atoi(strchr(text, 'e') + 1);

                (void) snprintf(text, NUMBER_TEXT_MAX, "%.*f", MAX2(precision - 1 - exponent, 0),
                                d);
        } else
                shorten_exponent(text);
}

/* 0x, 0o and 0b; Number() takes no sign with them. */
static bool parse_radix(const char *s, size_t n, double *ret) {
        static const char letters[] = "xob", digits[] = "0123456789abcdef";
        static const unsigned radices[] = { 16, 8, 2 };
        const char *letter = strchr(letters, tolower((unsigned char) s[1]));
        double d = 0;

        if (!letter || !*letter || n < 3)
                return false;
        for (size_t i = 2; i < n; i++) {
                const char *digit = strchr(digits, tolower((unsigned char) s[i]));
                unsigned radix = radices[letter - letters];

                if (!digit || !*digit || (unsigned) (digit - digits) >= radix)
                        return false;
                d = d * radix + (double) (digit - digits);
        }
        *ret = d;
        return true;
}

bool number_parse(const char *s, double *ret) {
        static const char blanks[] = " \t\n\v\f\r", decimal[] = "0123456789+-.eE";
        size_t n;
        char *end;
        double d;

        s += strspn(s, blanks);
        n = strlen(s);
        while (n > 0 && strchr(blanks, s[n - 1]))
                n--;

        if (n == 0) {
                *ret = 0;
                return true;
        }
        if (s[0] == '0' && n > 1 && isalpha((unsigned char) s[1]) &&
            tolower((unsigned char) s[1]) != 'e')
                return parse_radix(s, n, ret);

        /* strtod() reads hexadecimal fractions and "inf" as well. */
        if (strspn(s, decimal) < n && strncmp(s + strspn(s, "+-"), "Infinity", 8) != 0)
                return false;
        d = strtod(s, &end);
        if (end != s + n)
                return false;
        *ret = d;
        return true;
}
