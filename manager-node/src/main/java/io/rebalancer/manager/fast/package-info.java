/** The Fast wire that Moray and buckets-mdapi speak (manta.md section 7): frames, checksums, decoding. */
@NullMarked
package io.rebalancer.manager.fast;

import org.jspecify.annotations.NullMarked;
