package io.rebalancer.core.agent;

/** A fact about an agent's limits, as stored in its journal; see {@link AgentEvent} on names. */
public sealed interface LimitsEvent {

    /** Somebody chose limits; they hold until the next choice, over restarts too. */
    record LimitsChosen(CopyLimits limits) implements LimitsEvent {}
}
