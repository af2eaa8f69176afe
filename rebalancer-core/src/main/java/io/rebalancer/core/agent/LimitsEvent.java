package io.rebalancer.core.agent;

/** A fact about what an agent may do, stored in its journal. Class names and members are part of the stored format. */
public sealed interface LimitsEvent {

    /** An operator chose limits. They apply until the next choice, also after a restart. */
    record LimitsChosen(CopyLimits limits) implements LimitsEvent {}

    /** An operator or a job set the gate of the copies. It applies until the next change, also after a restart. */
    record GateSet(CopyGate gate) implements LimitsEvent {}
}
