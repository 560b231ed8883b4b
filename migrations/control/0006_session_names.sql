-- What its owner calls a session. `name` stays what browser and app said: by it the owner tells a device that
-- calls itself something else.
ALTER TABLE sessions ADD COLUMN given_name TEXT;
