package io.rebalancer.playground.cluster;

import java.net.URI;
import java.nio.file.Path;

/**
 * A manager or an agent that can be started.
 *
 * @param name unique; names its log too
 * @param command subcommand of {@code rebalancer}: manager or agent
 * @param settings its settings file
 * @param http base URL of its HTTP server
 */
public record NodeSpec(String name, String command, Path settings, URI http) {}
