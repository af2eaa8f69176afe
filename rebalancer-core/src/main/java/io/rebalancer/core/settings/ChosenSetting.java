package io.rebalancer.core.settings;

import java.time.Instant;
import java.util.Optional;

/**
 * A value that an operator chose.
 *
 * @param by who chose it; empty text if an earlier build stored it
 * @param at when; empty if an earlier build stored it
 */
public record ChosenSetting(long value, String by, Optional<Instant> at) {}
