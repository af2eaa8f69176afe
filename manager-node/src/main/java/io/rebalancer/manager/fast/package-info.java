/** The Fast protocol of Moray and buckets-mdapi (manta.md section 7): frames, checksums, decoder, client. */
@NullMarked
package io.rebalancer.manager.fast;

import org.jspecify.annotations.NullMarked;
