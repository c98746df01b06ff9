// What the commands do when --colony sends them to the colony of the configuration instead of the running agent.
#pragma once

#include "base/time.hpp"
#include "cli/command.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace forager::cli {

struct ColonySubmission {
    Common common;
    std::string work; ///< a script, or the name of a function
    std::vector<std::string> args;
    std::vector<std::string> keywords;
    std::string executor; ///< type; empty: the default
    std::string label;
    int priority = 0;
    std::optional<Duration> timeout;
    std::optional<Duration> max_wait;
    std::optional<std::size_t> retries;
    bool is_script = false;
    bool wait = false;
    bool follow = false;
};

/// Each gives the exit status.
int submit_to_colony(const ColonySubmission& work);

struct ColonyListing {
    Common common;
    std::string state; ///< empty: all
    std::string function;
    std::string executor; ///< type
    std::string label;
    bool workflows = false;
    bool open = false;
    bool all = false;
    std::size_t limit = 20;
};

int list_colony(const ColonyListing& listing);

/// `id`: of a process or a workflow, or how one of those that are listed begins.
int show_in_colony(const Common& common, const std::string& id);
int logs_in_colony(const Common& common, const std::string& id, bool follow);
int cancel_in_colony(const Common& common, const std::string& id);

} // namespace forager::cli
