package io.rebalancer.cluster.message;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanReport;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Messages to the registry of plans, a cluster singleton. A build without plans rejects them; it logs them and does not reply.
 */
public interface PlanMessage {

    /**
     * Begins a plan. Idempotent while the plan exists.
     *
     * @param planId chosen by the sender
     */
    record CreatePlan(UUID planId, PlanOrder order, ActorRef<PlanReply> replyTo) implements PlanMessage, WireMessage {}

    /** Asks for all plans. */
    record ListPlans(ActorRef<PlanReply> replyTo) implements PlanMessage, WireMessage {}

    /** Asks for one plan. */
    record GetPlan(UUID planId, ActorRef<PlanReply> replyTo) implements PlanMessage, WireMessage {}

    /** Forgets a plan, and ends it if it is being computed. */
    record DeletePlan(UUID planId, ActorRef<PlanReply> replyTo) implements PlanMessage, WireMessage {}

    /**
     * Asks whether a job may be created from a plan.
     *
     * @param leaving the node that the job empties
     * @param maxRecords the number of records that the job may take up, or 0 for all
     */
    record CheckPlan(UUID planId, CopyLocation leaving, long maxRecords, ActorRef<PlanReply> replyTo)
            implements PlanMessage, WireMessage {}

    /** A reply of the registry of plans. */
    interface PlanReply extends WireMessage {}

    /** The order is carried out, or the check is passed. */
    record PlanAccepted(UUID planId) implements PlanReply {}

    /** Reply to {@link ListPlans}. */
    record Plans(PlanList list) implements PlanReply {}

    /** Reply to {@link GetPlan}. */
    record PlanFound(PlanReport plan) implements PlanReply {}

    /** The order is refused, or the check is not passed. */
    record PlanRefused(UUID planId, PlanRefusal refusal) implements PlanReply {}
}
