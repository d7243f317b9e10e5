module newsfold/bench/hostile

go 1.26
