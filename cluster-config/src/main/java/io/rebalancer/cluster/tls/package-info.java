/** Certificates and private keys in PEM files, for TLS. */
@NullMarked
package io.rebalancer.cluster.tls;

import org.jspecify.annotations.NullMarked;
