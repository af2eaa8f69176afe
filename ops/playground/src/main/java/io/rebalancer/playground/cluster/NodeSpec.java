package io.rebalancer.playground.cluster;

import java.net.URI;
import java.nio.file.Path;

/**
 * A manager or an agent, and how to start it.
 *
 * @param name unique among the nodes; also the name of its log file
 * @param command subcommand of {@code rebalancer}: manager or agent
 * @param settings path of its settings file
 * @param http base URL of its HTTP server
 */
public record NodeSpec(String name, String command, Path settings, URI http) {}
