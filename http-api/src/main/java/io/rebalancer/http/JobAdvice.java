package io.rebalancer.http;

import io.rebalancer.core.port.ExplainService;
import io.rebalancer.core.port.PlanService;
import io.rebalancer.core.port.PreflightService;

/**
 * What operators learn about a job beside its state.
 *
 * @param preflight whether it may be created
 * @param plans what it would do
 * @param explain what holds it, and what it does with one object
 */
public record JobAdvice(PreflightService preflight, PlanService plans, ExplainService explain) {}
