package io.rebalancer.manager.plan;

import kamon.Kamon;

/** Shows how many plans the registry computes and keeps; zero on managers without the registry. */
final class PlanGauges {

    void update(KeptPlans plans) {
        set(plans.running(), plans.size() - plans.running());
    }

    /** The registry has left this manager. */
    void reset() {
        set(0, 0);
    }

    private static void set(int running, int kept) {
        Kamon.gauge("rebalancer.plans.running").withoutTags().update(running);
        Kamon.gauge("rebalancer.plans.kept").withoutTags().update(kept);
    }
}
