package io.rebalancer.agent.inventory;

import io.rebalancer.core.reconcile.RunToken;

/** A command has a lower token than one that the agent has seen; nothing was done. */
final class FencedCommand extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient RunToken known;

    FencedCommand(RunToken known) {
        super("the agent knows " + known);
        this.known = known;
    }

    RunToken known() {
        return known;
    }
}
