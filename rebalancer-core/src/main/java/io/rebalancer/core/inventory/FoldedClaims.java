package io.rebalancer.core.inventory;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Folds adjacent claims of the same copy into one. The claims are ascending by key, and so is the result. */
public final class FoldedClaims implements Iterator<Claim> {
    private final Iterator<Claim> claims;
    private Optional<Claim> ahead;

    /** @param claims ascending by key; equal keys are allowed */
    public FoldedClaims(Iterator<Claim> claims) {
        this.claims = claims;
        this.ahead = read();
    }

    @Override
    public boolean hasNext() {
        return ahead.isPresent();
    }

    @Override
    public Claim next() {
        Claim folded = ahead.orElseThrow(NoSuchElementException::new);
        ahead = read();
        while (ahead.isPresent() && ahead.get().key().equals(folded.key())) {
            folded = folded.with(ahead.get());
            ahead = read();
        }
        return folded;
    }

    private Optional<Claim> read() {
        return claims.hasNext() ? Optional.of(claims.next()) : Optional.empty();
    }
}
