package io.rebalancer.http;

import io.rebalancer.core.port.CertificateService;
import io.rebalancer.core.port.FleetAgents;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.port.StorageNodeService;

/**
 * What the API serves about storage nodes.
 *
 * @param nodes their states as destinations
 * @param certificates the certificates of drained nodes
 * @param agents their agents
 * @param reconciliation compares their files with metadata records
 */
public record NodeServices(
        StorageNodeService nodes,
        CertificateService certificates,
        FleetAgents agents,
        ReconciliationService reconciliation) {}
