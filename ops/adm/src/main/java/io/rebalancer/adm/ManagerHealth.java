package io.rebalancer.adm;

import java.net.URI;

/**
 * What a manager reports about its readiness.
 *
 * @param status {@code ready}, {@code waiting} or {@code unreachable}
 * @param detail what it waits for, or why it can't be reached; empty if it is ready
 */
record ManagerHealth(URI address, String status, String detail) {}
