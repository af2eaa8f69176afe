package io.rebalancer.manager.plan;

import io.rebalancer.core.plan.PlanOrder;
import java.time.Duration;
import java.util.UUID;

/**
 * What a plan is computed from.
 *
 * @param fleet the fleet when the plan began; it does not change for the plan
 * @param seed determines the draws of destinations
 * @param maxRunTime after this time the plan fails with what it waits for
 */
public record PlanInput(UUID planId, PlanOrder order, FleetSnapshot fleet, long seed, Duration maxRunTime) {}
