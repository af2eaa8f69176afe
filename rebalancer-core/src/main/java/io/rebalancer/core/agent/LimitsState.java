package io.rebalancer.core.agent;

import java.util.Optional;

/**
 * What an operator has set for an agent.
 *
 * @param chosen empty if the limits of the settings file apply
 * @param gate what the agent may do with its copies
 */
public record LimitsState(Optional<CopyLimits> chosen, CopyGate gate) {
    public static final LimitsState EMPTY = new LimitsState(Optional.empty(), CopyGate.OPEN);

    /** The state after {@code event}. */
    public LimitsState apply(LimitsEvent event) {
        if (event instanceof LimitsEvent.LimitsChosen e) {
            return new LimitsState(Optional.of(e.limits()), gate);
        }
        if (event instanceof LimitsEvent.GateSet e) {
            return new LimitsState(chosen, e.gate());
        }
        throw new AssertionError("event without a rule: " + event.getClass().getName());
    }
}
