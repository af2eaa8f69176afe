package io.rebalancer.agent.inventory;

/** The agent has no inventory for the run whose records can be read. */
final class InventoryNotReady extends Exception {
    private static final long serialVersionUID = 1L;

    InventoryNotReady(String detail) {
        super(detail);
    }
}
