package io.rebalancer.manager.reconcile;

import io.rebalancer.core.reconcile.Finding;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Carries out the repairs of one class on one storage node. */
interface Repairer {

    /**
     * Carries out repairs. May throw {@link RunFault} if the storage node, or what the repairs need, is not usable.
     *
     * @param due at most {@link PlannedRepairs#BATCH}, all of the same kind
     * @return what became of each; a finding that is still PLANNED was not tried
     * @throws TimeoutException if an agent does not answer
     */
    List<Finding> carryOut(List<DueRepair> due) throws TimeoutException;
}
