package io.rebalancer.core.explain;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that keeps a job from its end, or slows it down.
 *
 * @param stage the stage that it holds; {@link Bottleneck#NONE} if it holds no stage
 * @param cause a stable word: a phase, a cause of a wait, or a reason of unmoved records
 * @param since when it began; empty if that is not known
 * @param until when it ends at the latest; empty if it has no end
 * @param records the records that it holds; 0 if that is not known
 * @param detail what it is, for people
 * @param unblock what an operator can do
 */
public record Blocker(
        Bottleneck stage,
        String cause,
        Optional<Instant> since,
        Optional<Instant> until,
        long records,
        String detail,
        String unblock) {}
