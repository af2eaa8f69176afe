package io.rebalancer.core.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.settings.Window;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How the fleet of a plan differs from the recorded one.
 *
 * @param lostDatacenters datacenters whose storage nodes receive nothing, and whose copies can't be read
 * @param maxFillPercent the fill ceiling, 1 to 100; empty for that of the settings
 * @param seed determines the draws of destinations: plans with equal seeds over equal records and fleets have equal results; empty
 *     for a seed at random
 * @param window the job of the plan works only while it is open; it changes the duration and nothing else
 */
public record Scenario(
        Set<String> lostDatacenters, OptionalInt maxFillPercent, OptionalLong seed, Optional<Window> window) {
    /** The fleet as it is, with random draws. */
    public static final Scenario NONE =
            new Scenario(Set.of(), OptionalInt.empty(), OptionalLong.empty(), Optional.empty());

    public Scenario {
        lostDatacenters = Set.copyOf(lostDatacenters);
        if (maxFillPercent.isPresent() && (maxFillPercent.getAsInt() < 1 || maxFillPercent.getAsInt() > 100)) {
            throw new IllegalArgumentException("maxFillPercent must be 1 to 100, not " + maxFillPercent.getAsInt());
        }
    }

    /** Those of the copies of an object that are not in a lost datacenter, by the datacenters of its record. */
    public List<CopyLocation> remaining(List<CopyLocation> copies) {
        return copies.stream()
                .filter(copy -> !lostDatacenters.contains(copy.datacenter()))
                .distinct()
                .toList();
    }

    /** Whether anything differs from what a job finds that begins now. */
    @JsonIgnore
    public boolean isHypothetical() {
        return !lostDatacenters.isEmpty() || maxFillPercent.isPresent() || window.isPresent();
    }
}
