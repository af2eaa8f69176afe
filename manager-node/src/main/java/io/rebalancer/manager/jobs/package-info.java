/** All jobs: the registry, the job service, and the feed of job events. */
@NullMarked
package io.rebalancer.manager.jobs;

import org.jspecify.annotations.NullMarked;
