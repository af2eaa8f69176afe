package io.rebalancer.core.agent;

import java.util.Optional;

/**
 * The limits that an operator has chosen for an agent.
 *
 * @param chosen empty if the limits of the settings file apply
 */
public record LimitsState(Optional<CopyLimits> chosen) {
    public static final LimitsState EMPTY = new LimitsState(Optional.empty());

    /** The state after {@code event}. */
    public LimitsState apply(LimitsEvent event) {
        if (event instanceof LimitsEvent.LimitsChosen e) {
            return new LimitsState(Optional.of(e.limits()));
        }
        throw new AssertionError("event without a rule: " + event.getClass().getName());
    }
}
