/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The MESSAGE_ID= of pm2ctl's journal entries. `journalctl -x` explains them with the texts of
 * units/pm2ctl.catalog; a test holds the two lists against each other. */

#define MESSAGE_ID_CONFIGURATION "fe56eaaec6e042c6ace6977a6f048ae4"
#define MESSAGE_ID_ACTION        "ce534b6046404dcdb38fd52a2753e2f4"
#define MESSAGE_ID_MONITOR       "2ca7a5ee255b4e8dbcfaef30bb6c9523"
#define MESSAGE_ID_REPLY         "09cbe7641390408b8e3b58287671ba60"
#define MESSAGE_ID_EXCEPTION     "250d4bd3a4ea4c59b387cc1bfc802c1e"
#define MESSAGE_ID_EVENT         "04790d5e65674cd28683456362a4d3ed"
#define MESSAGE_ID_TRANSACTION   "d43fb6e811734eebb750d1aca405f537"
#define MESSAGE_ID_DEPENDENCIES  "3a9d271056c64a998d15acc15b28020b"
#define MESSAGE_ID_PROFILING     "d13dc07f65664539acdc041ded8f2c2f"
#define MESSAGE_ID_TRACE_SPAN    "b4d6265822ea448f8d13738c74e314c7"
#define MESSAGE_ID_LOG           "87c764a01b374862908cd08f9ab29378"
#define MESSAGE_ID_OTHER         "a4d18c7624224cfe9317e3b932eab27b"

/* A message was refused: too large, too deep, not UTF-8. */
#define MESSAGE_ID_REFUSED "c7b6256ee1f44aaf9fc96aa9133ef8aa"
