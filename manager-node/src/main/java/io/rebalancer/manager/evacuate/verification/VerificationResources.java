package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.time.Clock;

/**
 * The parts of the manager that verifications use; the same for every job.
 *
 * @param audit reads the primaries, also when jobs scan replicas or clones
 * @param permits the permits that the scans of jobs use too
 */
public record VerificationResources(RecordAudit audit, ScanPermits permits, Clock clock) {}
