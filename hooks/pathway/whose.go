package pathway

// Worker is somebody who has an account here.
type Worker struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
}
