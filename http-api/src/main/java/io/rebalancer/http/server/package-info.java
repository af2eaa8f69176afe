/** The HTTP server, problem documents, and the directives that the APIs share. */
@NullMarked
package io.rebalancer.http.server;

import org.jspecify.annotations.NullMarked;
