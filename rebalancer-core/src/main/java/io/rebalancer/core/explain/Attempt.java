package io.rebalancer.core.explain;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One attempt of a job to move a record that left the record on its node.
 *
 * @param pass the pass that made the attempt
 * @param at when its result was stored; empty if an earlier build stored it
 * @param assignmentId the assignment that contained the record; empty if there was none
 * @param destination storage id of the destination; empty if none was chosen
 * @param kind whether the record was skipped or failed
 * @param reason the cause
 * @param detail the cause for people
 */
public record Attempt(
        int pass,
        Optional<Instant> at,
        Optional<UUID> assignmentId,
        Optional<String> destination,
        UnmovedRecord.Kind kind,
        Reason reason,
        String detail) {}
