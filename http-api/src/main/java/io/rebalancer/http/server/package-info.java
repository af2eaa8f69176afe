/** What every route shares: the server, JSON, request bodies, problem documents, health and metrics. */
@NullMarked
package io.rebalancer.http.server;

import org.jspecify.annotations.NullMarked;
