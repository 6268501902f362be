// SPDX-License-Identifier: GPL-2.0
/*
 * The code that trace.h stands for.
 *
 * Copyright (C) 2026 The portfs authors
 */
#define CREATE_TRACE_POINTS
#include "trace.h"
