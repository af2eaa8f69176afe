package io.rebalancer.core.agent;

/** A fact about an agent's limits, stored in its journal. Class names and members are part of the stored format. */
public sealed interface LimitsEvent {

    /** An operator chose limits. They apply until the next choice, also after a restart. */
    record LimitsChosen(CopyLimits limits) implements LimitsEvent {}
}
