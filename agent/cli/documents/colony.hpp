// What the verbs for documents do when --colony sends them to the colony of the configuration: its blueprints.
#pragma once

#include "cli/command.hpp"

#include <string>
#include <vector>

namespace forager::cli {

/// Each gives the exit status. `what`: KIND, KIND/NAME or NAME; of `get` empty: all.
int apply_in_colony(const Common& common, const std::vector<std::string>& files, bool force);
int get_in_colony(const Common& common, const std::string& what);
int describe_in_colony(const Common& common, const std::string& what);
int delete_in_colony(const Common& common, const std::vector<std::string>& what);

} // namespace forager::cli
