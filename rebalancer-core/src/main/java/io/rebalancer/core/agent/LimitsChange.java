package io.rebalancer.core.agent;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An operator's change of an agent's limits. A limit that is empty keeps its value. The components are those of
 * {@link CopyLimits}.
 */
public record LimitsChange(
        OptionalLong bytesPerSecond,
        OptionalLong bytesPerSecondOfSource,
        OptionalInt parallelFetches,
        OptionalInt fetchesOfSource,
        OptionalLong freeSpaceFloorMib,
        OptionalInt fillCeilingPercent) {

    /**
     * The limits after this change.
     *
     * @throws IllegalArgumentException naming the limit that is invalid, or not usable as
     *     {@link CopyLimits#requireUsableChange} states
     */
    public CopyLimits applyTo(CopyLimits current) {
        CopyLimits changed = new CopyLimits(
                bytesPerSecond.orElse(current.bytesPerSecond()),
                bytesPerSecondOfSource.orElse(current.bytesPerSecondOfSource()),
                parallelFetches.orElse(current.parallelFetches()),
                fetchesOfSource.orElse(current.fetchesOfSource()),
                freeSpaceFloorMib.orElse(current.freeSpaceFloorMib()),
                fillCeilingPercent.orElse(current.fillCeilingPercent()));
        changed.requireUsableChange(current);
        return changed;
    }
}
