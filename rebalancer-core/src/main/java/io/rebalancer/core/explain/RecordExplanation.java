package io.rebalancer.core.explain;

import java.time.Instant;
import java.util.Optional;

/**
 * The explanation of one metadata record.
 *
 * @param found the record as it is now
 * @param status what the job has to do with it
 * @param history earlier attempts
 * @param inFlight its assignment; only if it is in flight
 * @param next what happens next, in plain words
 * @param nextAt when that happens at the latest; empty if the time is not known, or nothing happens
 * @param rule the rule that blocks the record, in plain words; empty text if nothing blocks it
 * @param unblock what an operator can do
 */
public record RecordExplanation(
        FoundRecord found,
        RecordStatus status,
        AttemptHistory history,
        Optional<ObjectInFlight> inFlight,
        String next,
        Optional<Instant> nextAt,
        String rule,
        String unblock) {}
