package io.rebalancer.core.settings;

import java.time.Instant;

/**
 * A window that an operator chose.
 *
 * @param by who chose it
 */
public record ChosenWindow(Window window, String by, Instant at) {}
