package io.rebalancer.http;

import io.rebalancer.core.port.TokenDirectory;
import io.rebalancer.core.port.TokenService;
import java.time.Clock;

/**
 * Who may use the API.
 *
 * @param tokens issues and revokes tokens
 * @param directory the tokens that this manager knows
 * @param clock the time by which tokens expire
 */
public record Access(TokenService tokens, TokenDirectory directory, Clock clock) {}
